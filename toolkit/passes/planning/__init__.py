"""What every frame of every pass is made of, decided from documents and settings alone: no pixel is read here."""
