"""What everything that runs a torch model in this process needs.

``files`` knows which files a model consists of and refuses everything but safetensors, ``lookup`` finds the models that
the settings name, and ``devices`` chooses where they run.
"""
