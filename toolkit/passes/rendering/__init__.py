"""Execution of the plans: crops to the engine, its images into layers, layers into files. Makes no decisions."""
