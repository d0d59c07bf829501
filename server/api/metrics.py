"""Figures for Prometheus. Labels are routes, methods and statuses: never what a client wrote."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60)
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """One registry a server: two in one process (tests) do not meet."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        labels = ("route", "method", "status")
        self.registry = registry
        self.requests = Counter(
            "latentgraph_requests", "Requests answered.", labels, registry=registry
        )
        self.seconds = Histogram(
            "latentgraph_request_seconds",
            "Time to an answer.",
            ("route",),
            buckets=BUCKETS,
            registry=registry,
        )
        self.runs = Gauge("latentgraph_runs", "Runs by status.", ("status",), registry=registry)
        self.finished = Gauge(
            "latentgraph_runs_finished",
            "Runs that ended since the start.",
            ("status",),
            registry=registry,
        )
        self.sockets = Gauge("latentgraph_sockets", "Open event streams.", registry=registry)
        self.seq = Gauge("latentgraph_events", "Number of the last event.", registry=registry)
        self.up = Gauge(
            "latentgraph_worker_up", "Whether a worker answers.", ("device",), registry=registry
        )
        self.restarts = Gauge(
            "latentgraph_worker_restarts",
            "Restarts of a worker.",
            ("device",),
            registry=registry,
        )

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        self.requests.labels(route, method, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self.registry)
