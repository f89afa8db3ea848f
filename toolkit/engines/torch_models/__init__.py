"""What all that runs a model of torch in this process needs.

``files`` knows what models consist of and refuses what is not safetensors, ``finding`` turns the names in settings into
models on disk, ``devices`` knows where they run.
"""
