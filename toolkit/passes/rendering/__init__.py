"""The plans carried out: crops to the engine, its pictures into layers, layers into files. Nothing is decided here."""
