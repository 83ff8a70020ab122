"""What enrolment means for participants: eligibility, the persona form, goals, and what withdrawal deletes."""
