"""Three questions for stakeholders, answered by live figures that are computed from the studio's rows and nothing else."""
