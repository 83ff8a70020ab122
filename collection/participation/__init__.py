"""Enrolment of participants: eligibility, the persona form, goals, and withdrawal."""
