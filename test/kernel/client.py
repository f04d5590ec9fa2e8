"""Drives a kernel by jupyter_client: a line of JSON on stdin says what to send, a line on stdout what came.

Started with the name of the kernel's spec; the first line is the kernel's process.
"""

import json
import signal
import subprocess
import sys
from queue import Empty

from jupyter_client.manager import KernelManager

manager = KernelManager(kernel_name=sys.argv[1])
# Node would make a pipe that it inherits one that does not block.
manager.start_kernel(stdout=subprocess.DEVNULL)
client = manager.client()
client.start_channels()
client.wait_for_ready()
process = manager.provisioner.process


def send(message):
    channel = client.control_channel if message.get("channel") == "control" else client.shell_channel
    content = message["content"]
    if message["type"] == "execute_request":
        content = {"silent": False, "store_history": True, "stop_on_error": True, "user_expressions": {}, **content}
    sent = client.session.msg(message["type"], content)
    key = client.session.key
    client.session.key = b"another" if message.get("isForged") else key
    channel.send(sent)
    client.session.key = key
    return sent["header"]["msg_id"]


def interrupt(how):
    if how == "signal":
        process.send_signal(signal.SIGINT)
    else:
        send({"channel": "control", "type": "interrupt_request", "content": {}})


def exchange(messages, interrupt_by=None, until=None):
    """Sends the messages, and collects until all are done, and a message of the type `until` has come.

    Interrupts when a cell has written and all but cells is answered, again and again until they end.
    """
    ids = [send(message) for message in messages]
    waiting = {id for id, message in zip(ids, messages) if not message.get("isForged")}
    cells = {id for id, message in zip(ids, messages) if message["type"] == "execute_request"}
    published = []
    has_written = False
    has_begun = False
    while waiting or until:
        try:
            message = client.get_iopub_msg(timeout=0.5)
        except Empty:
            if has_begun and interrupt_by:
                interrupt(interrupt_by)
            continue
        of = message["parent_header"].get("msg_id")
        kind, content = message["msg_type"], message["content"]
        published.append({"of": ids.index(of) if of in ids else None, "type": kind, "content": content})
        if kind == until:
            until = None
        if kind == "status" and content["execution_state"] == "idle":
            waiting.discard(of)
        has_written = has_written or kind == "stream"
        if has_written and waiting <= cells and interrupt_by and not has_begun:
            has_begun = True
            interrupt(interrupt_by)
    replies = {}
    for id, message in zip(ids, messages):
        while id not in replies and not message.get("hasNoReply"):
            is_control = message.get("channel") == "control"
            reply = client.get_control_msg() if is_control else client.get_shell_msg()
            replies[reply["parent_header"].get("msg_id")] = {"type": reply["msg_type"], "content": reply["content"]}
    return {"replies": [replies.get(id) for id in ids], "published": published}


print(process.pid, flush=True)
for line in sys.stdin:
    command = json.loads(line)
    if command == "wait":
        print(process.wait(), flush=True)
    else:
        print(json.dumps(exchange(*command)), flush=True)
