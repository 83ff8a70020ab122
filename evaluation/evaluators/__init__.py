"""What enrolment means for evaluators: eligibility, assignments, and what withdrawal deletes."""
