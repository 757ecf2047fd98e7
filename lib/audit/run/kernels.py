"""How does a notebook get a kernel at once? Forked from a server that has imported everything, behind papermill's engine interface.

A kernel of its own costs half a second to start and two to import pandas, scipy and the rest; a forked one has both. The server is
multiprocessing's own (`forkserver`): it starts with the first kernel, or earlier by `warm`, and ends with the process that started it. A
kernel
watches that process and ends with it too, also where it was killed. Where forking is not safe (Windows, macOS) papermill's own kernels
serve.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import gc
import multiprocessing
import os
import queue
import signal
import sys
import threading
import time
import uuid
from multiprocessing import forkserver
from pathlib import Path

from audit.core import registry

IMPORTED = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.debugger", "IPython.extensions.storemagic", "tornado.platform.asyncio",
    "pyarrow.parquet",
    "babel.numbers", "audit.run.kernels", "audit.core.findings", "audit.core.store", "audit.report.show",
)  # fmt: skip
ENGINE = "audit"


def can_fork() -> bool:
    """Whether forked kernels are to be had: only Linux forks safely after numerical libraries were imported."""
    return sys.platform == "linux"


def _context():
    context = multiprocessing.get_context("forkserver")
    rooms = [f"audit.steps.{path.parent.name}.{path.stem}" for path in sorted(registry.ROOMS.glob("*/[a-z]*.py"))]
    context.set_forkserver_preload([*IMPORTED, *rooms])
    return context


def warm() -> None:
    """Start the server, which imports while the caller goes on; the environment of this moment is that of all its kernels."""
    if can_fork():
        _context()
        forkserver.ensure_running()
        atexit.register(_end)


def _end() -> None:
    """End the server at once: multiprocessing would wait until it has finished importing, and then for it to tidy up."""
    if pid := forkserver._forkserver._forkserver_pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def end() -> None:
    """Kernels at work and their server end now: whoever waits for what they still write would wait until they noticed that nobody is there."""
    for child in multiprocessing.active_children():
        child.kill()
    _end()


def register() -> str:
    """The name of the engine by which papermill is to execute notebooks, made known to it."""
    from papermill.engines import NBClientEngine, papermill_engines

    class Engine(NBClientEngine):
        """papermill's engine, its kernels forked and ended at once: they hold nothing that would have to be saved."""

        @classmethod
        def execute_managed_notebook(cls, nb_man, kernel_name, **given):
            if can_fork():
                given["kernel_manager_class"] = _manager()
            return super().execute_managed_notebook(nb_man, kernel_name, shutdown_kernel="immediate", **given)

    papermill_engines.register(ENGINE, Engine)
    return ENGINE


def _manager():
    from jupyter_client.manager import AsyncKernelManager

    class Manager(AsyncKernelManager):
        """Jupyter's manager of a kernel, which asks for its provisioner only where it has none."""

        def __init__(self, **given):
            super().__init__(**given)
            self.kernel_id = str(uuid.uuid4())
            self.client_factory = _client()
            self.provisioner = _provisioner()(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)

    return Manager


def _client():
    from jupyter_client.asynchronous import AsyncKernelClient

    class Client(AsyncKernelClient):
        """Jupyter's client, without the fifth of a second that it spends at the start on messages nobody waits for."""

        async def wait_for_ready(self, timeout: float | None = None) -> None:
            end = time.monotonic() + (timeout or 60)
            while time.monotonic() < end and await self.parent.is_alive():
                self.kernel_info()
                with contextlib.suppress(queue.Empty):
                    reply = await self.shell_channel.get_msg(timeout=1)
                    await self.iopub_channel.get_msg(timeout=0.2)  # it is connected
                    self._handle_kernel_info_reply(reply)
                    return
            raise RuntimeError("the kernel ended or did not answer at its start")

    return Client


def _provisioner():
    from jupyter_client.provisioning import LocalProvisioner

    class Forked(LocalProvisioner):
        """Jupyter's local kernel, the process forked instead of started."""

        async def launch_kernel(self, cmd, **given):
            arguments = cmd[cmd.index("-f") :]  # python -m ipykernel_launcher -f <file> ...
            child = _context().Process(target=_kernel, args=(arguments, given.get("cwd"), given["env"]), daemon=True)
            await asyncio.to_thread(child.start)
            await _bound(self.connection_info, child)
            self.process, self.pid, self.pgid, self.cwd = _Process(child), child.pid, None, given.get("cwd")
            return self.connection_info

    return Forked


async def _bound(connection: dict, child) -> None:
    """When the kernel's sockets are there: a client that connects before tries again only after a while."""
    if connection["transport"] != "ipc":
        return
    files = [Path(f"{connection['ip']}-{connection[f'{name}_port']}") for name in ("shell", "iopub", "control")]
    while child.exitcode is None and not all(file.exists() for file in files):
        await asyncio.sleep(0.005)


class _Process:
    """A forked kernel in the words of subprocess.Popen, as Jupyter speaks to it."""

    stdin = stdout = stderr = None

    def __init__(self, child):
        self.child, self.pid = child, child.pid

    def poll(self):
        return self.child.exitcode

    def wait(self):
        self.child.join()
        return self.child.exitcode

    def send_signal(self, number: int) -> None:
        if self.child.exitcode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.child.kill()

    def terminate(self) -> None:
        self.child.terminate()


def _kernel(arguments: list[str], cwd: str | None, environment: dict[str, str]) -> None:
    """Become a kernel: what a fresh process would have by its environment is set here."""
    threading.Thread(target=_watch, daemon=True).start()
    gc.freeze()  # what was imported stays: no need to look through it, nor to copy its pages
    multiprocessing.current_process().daemon = False  # a notebook may start processes of its own
    os.setsid()
    os.environ.clear()
    os.environ.update({key: value for key, value in environment.items() if key != "JPY_PARENT_PID"})
    if cwd:
        os.chdir(cwd)
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(arguments)


def _watch() -> None:
    """End when the process that asked for this kernel has ended, however it did."""
    multiprocessing.parent_process().join()
    os._exit(1)
