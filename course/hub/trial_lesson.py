"""Runs a lesson in a student's server as JupyterLab does: by the server's API and a kernel's websocket."""

import json
import time
import uuid
from urllib.parse import quote

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect


def request_of(code):
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "version": "5.3", "username": "", "session": ""}
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    return {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}


async def run_cell(socket, code):
    """Waits until the cell has ended and all of its output has come."""
    request = request_of(code)
    await socket.write_message(json.dumps(request))
    reply, idle = None, False
    while reply is None or not idle:
        text = await socket.read_message()
        if text is None:
            raise RuntimeError("the kernel has gone away")
        if isinstance(text, bytes):
            continue
        message = json.loads(text)
        if message.get("parent_header", {}).get("msg_id") != request["header"]["msg_id"]:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "execute_reply":
            reply = content
        if kind == "status" and content["execution_state"] == "idle":
            idle = True
    return reply


async def run_lesson(hub, name, lesson):
    """All cells of a lesson of the student's, top to bottom; the kernel ends afterwards."""
    base = f"/user/{name}"
    found = await hub.ask("GET", f"{base}/api/contents/{quote('onpa/' + lesson)}")
    cells = [cell["source"] for cell in found["content"]["cells"] if cell["cell_type"] == "code"]
    wish = {"path": f"onpa/{lesson}", "type": "notebook", "name": lesson, "kernel": {"name": "tslab"}}
    session = await hub.ask("POST", f"{base}/api/sessions", wish)
    start = time.monotonic()
    try:
        url = f"{hub.url.replace('http', 'ws', 1)}{base}/api/kernels/{session['kernel']['id']}/channels"
        socket = await websocket_connect(HTTPRequest(url, headers=hub.headers), max_message_size=2**30)
        for number, code in enumerate(cells, 1):
            reply = await run_cell(socket, code)
            if reply["status"] != "ok":
                raise RuntimeError(f"cell {number}: {reply.get('ename')}: {reply.get('evalue')}"[:600])
        socket.close()
        return {"cells": len(cells), "seconds": time.monotonic() - start}
    finally:
        await hub.ask("DELETE", f"{base}/api/sessions/{session['id']}")
