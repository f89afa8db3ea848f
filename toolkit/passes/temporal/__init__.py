"""What makes a pass steady over time: optical flow, overlapping frames, and noise that moves with the plate."""
