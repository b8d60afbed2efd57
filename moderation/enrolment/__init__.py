"""Enrolment: her photographs, handed in under her consents, judged one by one and together, and measured."""
