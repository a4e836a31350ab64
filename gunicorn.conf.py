"""How gunicorn serves the site, on Heroku and anywhere else.

Where to listen is gunicorn's own affair: on PORT where it is set, on 127.0.0.1:8000 where not. How
many workers is WEB_CONCURRENCY's, which Heroku sets to what the dyno can hold.
"""

from pathlib import Path

# Whoever waits, for one read from S3 or for a slow client's request, costs a greenlet of some kB. A
# thread of `gthread` would be held by each half-sent request until it ends.
worker_class = "gevent"

# Each worker opens the release itself: connections to S3 must not be shared across a fork.
preload_app = False

# OpenBLAS would start a thread for each processor in each worker. They spin while they wait, which
# halves the pages a second of two workers on two processors.
raw_env = ["OPENBLAS_NUM_THREADS=1"]

timeout = 20  # Heroku answers for us after 30 s
graceful_timeout = 20  # and kills 30 s after SIGTERM
keepalive = 100  # Heroku's router keeps connections for 90 s; the side that opened them must close
max_requests = 10_000
max_requests_jitter = 1_000

# The workers' heartbeat is a file; on a disk that stalls they would be taken for dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
control_socket_disable = True

# Links hold ratings: up to 6,000 letters, and Heroku's router takes 8,192 bytes.
limit_request_line = 8190

accesslog = "-"
access_log_format = '%({x-request-id}i)s %(h)s "%(r)s" %(s)s %(b)s bytes %(D)s us'
