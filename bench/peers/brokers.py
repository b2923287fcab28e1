"""The brokers that are compared: each started by hand on ports of its own, with WebSocket and without limits.

Each says how it is spoken to: `mqtt`, the version of the protocol; `qos_max`; `words`, what troupe-bench needs besides
to get in. `every_round`: whether it takes part in all rounds, or only in the first ones.
"""
import contextlib
import pathlib
import shutil
import subprocess
import tempfile

from process import free_ports, started

PROGRAMS = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
# An idle scheduler of the Erlang machine spins for a while before it sleeps: that would count as CPU time of messages.
# Processes and sockets at once: what 18,000 connections take, with room.
ERLANG = ["+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none", "+P", "2000000", "+Q", "65536"]


def program(name, package):
    found = shutil.which(name, path=PROGRAMS)
    if not found:
        raise SystemExit(f"there is no {name}: ./dev bench peers installs Debian's {package}")
    return found


def debian_version(package):
    """The version of the program, without what Debian counts."""
    asked = ["dpkg-query", "-W", "-f", "${source:Upstream-Version}", package]
    return subprocess.run(asked, capture_output=True, text=True).stdout.strip() or "unknown"


class Broker:
    mqtt, qos_max, words, every_round = "5", 2, [], False

    def version(self):
        return debian_version(self.package)

    def load_words(self):
        return ["-V", {"3.1.1": "4", "5": "5"}[self.mqtt], *self.words]


class Troupe(Broker):
    name, title = "troupe", "Troupe"
    every_round = True
    # As with the others: what waits for a subscriber has no limit, and nothing is dropped.
    unlimited = ["limits.queue_messages_max=4294967295", "limits.queue_bytes_max=1024GiB",
                 "limits.inflight_max=65535", "limits.receive_maximum=65535"]

    def __init__(self, binary):
        self.binary = binary

    def version(self):
        said = subprocess.run([self.binary, "--version"], capture_output=True, text=True).stdout
        return said.strip().removeprefix("troupe ")

    @contextlib.contextmanager
    def running(self):
        [port] = free_ports(1)
        with tempfile.TemporaryDirectory() as folder:
            settings = [f"listeners.ws.bind=127.0.0.1:{port}", "listeners.tcp.enabled=false",
                        "admin.bind=127.0.0.1:0", "log.level=error", f"persistence.path={folder}"]
            words = [word for setting in settings + self.unlimited for word in ("--set", setting)]
            with started([self.binary, "run", *words], port) as running:
                yield running


class Mosquitto(Broker):
    name = title = package = "mosquitto"
    every_round = True
    # Queues and windows without a limit. With a WebSocket listener alone it takes itself for one without any.
    configuration = """listener {unused} 127.0.0.1
listener {port} 127.0.0.1
protocol websockets
allow_anonymous true
max_inflight_messages 0
max_queued_messages 0
persistence false
log_type error
"""

    def __init__(self):
        self.binary = program("mosquitto", self.package)

    @contextlib.contextmanager
    def running(self):
        with tempfile.TemporaryDirectory() as folder:
            port, unused = free_ports(2)
            file = pathlib.Path(folder) / "mosquitto.conf"
            file.write_text(self.configuration.format(port=port, unused=unused))
            with started([self.binary, "-c", file], port) as broker:
                yield broker


class RabbitMQ(Broker):
    """Its MQTT plugin has MQTT 5 from 3.13 on, and QoS 2 not at all."""

    name, title, package = "rabbitmq", "RabbitMQ", "rabbitmq-server"
    mqtt, qos_max = "3.1.1", 1
    script = pathlib.Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    plugins = "[rabbitmq_mqtt,rabbitmq_web_mqtt].\n"
    configuration = """listeners.tcp = none
mqtt.listeners.tcp = none
mqtt.allow_anonymous = true
mqtt.prefetch = 0
mqtt.login_timeout = 120000
web_mqtt.tcp.ip = 127.0.0.1
web_mqtt.tcp.port = {port}
web_mqtt.tcp.backlog = 4096
web_mqtt.ws_path = /mqtt
web_mqtt.ws_opts.idle_timeout = 3600000
vm_memory_high_watermark.relative = 0.9
disk_free_limit.absolute = 50MB
log.console = true
log.console.level = error
log.file = false
"""
    # Of the descriptors it is allowed, it gives nine in ten to sockets: this makes it all that there are.
    advanced = "[{rabbit, [{file_handles_high_watermark, 22000}]}].\n"

    def __init__(self):
        self.epmd = program("epmd", "erlang-base")
        if not self.script.exists():
            raise SystemExit(f"there is no {self.script}: ./dev bench peers installs Debian's {self.package}")

    def environment(self, folder, epmd_port, distribution_port):
        """Without the wrapper script, which would become another user, nothing of the system's is read or written."""
        return {
            "PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8",
            "ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": str(epmd_port),
            "RABBITMQ_NODENAME": "bench@localhost", "RABBITMQ_DIST_PORT": str(distribution_port),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null", "RABBITMQ_LOGS": "-",
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"), "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                " ".join(["-noinput", "-kernel", "inet_dist_use_interface", "{127,0,0,1}", *ERLANG]),
            # The script then becomes the Erlang machine instead of being its parent.
            "RABBITMQ_ALLOW_INPUT": "1",
        }

    @contextlib.contextmanager
    def running(self):
        with tempfile.TemporaryDirectory() as name:
            folder, (port, epmd_port, distribution_port) = pathlib.Path(name), free_ports(3)
            (folder / "rabbitmq.conf").write_text(self.configuration.format(port=port))
            (folder / "advanced.config").write_text(self.advanced)
            (folder / "enabled_plugins").write_text(self.plugins)
            environment = self.environment(folder, epmd_port, distribution_port)
            # An epmd that the node would start by itself would outlive it.
            with started([self.epmd, "-port", epmd_port, "-address", "127.0.0.1"], epmd_port), \
                    started([self.script], port, environment) as broker:
                yield broker


class Ejabberd(Broker):
    """Anonymous users need a name and a password there, any; the Erlang machine is not distributed."""

    name = title = package = "ejabberd"
    words = ["-u", "bench", "-P", "bench"]
    configuration = """hosts: [localhost]
loglevel: error
auth_method: [anonymous]
anonymous_protocol: login_anon
allow_multiple_connections: true
acme: {{auto: false}}
listen:
  - port: {port}
    ip: 127.0.0.1
    backlog: 4096
    module: ejabberd_http
    request_handlers:
      /mqtt: mod_mqtt
modules:
  mod_mqtt:
    max_queue: unlimited
"""

    def __init__(self):
        self.erl = program("erl", "erlang-base")
        program("ejabberdctl", self.package)

    def environment(self, folder):
        libraries = next(pathlib.Path("/usr/lib").glob("*/ejabberd-*")).parent
        return {
            "PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8", "ERL_LIBS": str(libraries),
            "ERL_CRASH_DUMP": "/dev/null", "EJABBERD_CONFIG_PATH": str(folder / "ejabberd.yml"),
            "EJABBERD_LOG_PATH": str(folder / "ejabberd.log"),
        }

    @contextlib.contextmanager
    def running(self):
        with tempfile.TemporaryDirectory() as name:
            folder, [port] = pathlib.Path(name), free_ports(1)
            (folder / "ejabberd.yml").write_text(self.configuration.format(port=port))
            command = [self.erl, *ERLANG, "-noinput", "-mnesia", "dir", f'"{folder}/mnesia"', "-s", "ejabberd"]
            with started(command, port, self.environment(folder)) as broker:
                yield broker
