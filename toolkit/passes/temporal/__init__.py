"""Temporal consistency of a pass: optical flow, blending with neighbouring frames, and noise that follows the plate."""
