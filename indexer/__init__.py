"""What we know: documents of many sources, indexed and searchable. No mail, no web; usable alone."""

import os

# Before numpy is loaded. Its products here are small, one question's at a time: with more threads the others wait by
# spinning, which took a third of a question's processor time (11 of 31 ms) and won nothing. What is set stays.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
