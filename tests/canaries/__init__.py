"""Nobody's data outside the database: values planted in every form, and looked for everywhere else."""
