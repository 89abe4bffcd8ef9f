"""The routes of jobs: forms, starting, watching, stopping, and what they leave."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from backstop.serve.answers import Unknown, asked, json_answer, route
from backstop.serve.jobs.analyses import ANALYSES
from backstop.serve.jobs.job import MEDIA
from backstop.serve.jobs.queue import Jobs
from backstop.serve.jobs.request import Asked


def job_routes(jobs: Jobs) -> list[Route]:
    """All of them. A job has an id; the files that it left have names from a list."""

    async def forms(request: Request) -> Response:
        return json_answer({"analyses": [each.as_dict(jobs.model) for each in ANALYSES.values()]})

    async def start(request: Request) -> Response:
        return json_answer(jobs.start(await asked(request, Asked)).summary(), 201)

    async def listing(request: Request) -> Response:
        return json_answer({"jobs": jobs.summaries()})

    async def one(request: Request) -> Response:
        job = jobs.job(request.path_params["job"])
        return json_answer({**job.summary(), "shown": job.shown()})

    async def result(request: Request) -> Response:
        job = jobs.job(request.path_params["job"])
        found = job.result() if job.state == "done" else b""
        if not found:
            raise Unknown("this job has no result", hint="wait for its end, or see what it says")
        name = f"{job.analysis}.json"
        return Response(found, media_type="application/json", headers=_download(name))

    async def file(request: Request) -> Response:
        job, name = jobs.job(request.path_params["job"]), request.path_params["file"]
        for path in job.files():
            if path.name == name:
                return FileResponse(path, media_type=MEDIA[name], headers=_download(name))
        raise Unknown("this job left no such file", hint="choose one that the page lists")

    async def cancel(request: Request) -> Response:
        return json_answer(jobs.cancel(request.path_params["job"]).summary())

    async def remove(request: Request) -> Response:
        jobs.remove(request.path_params["job"])
        return json_answer({"jobs": jobs.summaries()})

    return [
        route("/api/analyses", forms),
        route("/api/jobs", listing),
        route("/api/jobs", start, "POST"),
        route("/api/jobs/{job}", one),
        route("/api/jobs/{job}", remove, "DELETE"),
        route("/api/jobs/{job}/cancel", cancel, "POST"),
        route("/api/jobs/{job}/result", result),
        route("/api/jobs/{job}/files/{file}", file),
    ]


def _download(name: str) -> dict[str, str]:
    # Not shown in a tab of the server's own: a report brings its own script.
    return {"content-disposition": f'attachment; filename="{name}"'}
