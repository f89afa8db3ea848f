"""What the turnover and the delivery both need of timelines. Only this package imports OpenTimelineIO at run time.

``tracks``            positions of the children of a track
``items``             what a child of a track is, and how long it lasts
``times, speeds``     OpenTimelineIO's floats as exact numbers
``clip_starts``       where in its media a clip starts
``media_references``  what a timeline says about a clip's media; ``locations`` parses the paths
``shot_names``        unique, safe names for shots
``builders``          new timelines, tracks, clips and references
``timeline_files``    .otio files, in and out
``unknown_schemas``   what of a file OpenTimelineIO does not know
``skips``             why a clip is not rendered
"""
