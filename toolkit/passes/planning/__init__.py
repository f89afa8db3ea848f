"""Planning: decides what every frame of every pass is made of, from documents and settings alone. Reads no pixels."""
