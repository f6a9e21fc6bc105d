"""A real mail server (aiosmtpd) on this machine, whose letters become files.

usage: mail_server.py FOLDER [COMMAND...]

Letter N becomes FOLDER/N.to, the mailboxes it goes to, and FOLDER/N.txt, its text; FOLDER/url says
where the server is. With a command, runs it with GLASS_TEST_SMTP and GLASS_TEST_MAILS and ends with
it; else serves until it is stopped. Mailboxes of refused.example are refused. 77 (skipped) where
there is no aiosmtpd.
"""

import email
import email.policy
import os
import signal
import socket
import subprocess
import sys

try:
    from aiosmtpd.controller import Controller
except ImportError:
    print("skipped: no aiosmtpd is installed (scripts/setup checks)")
    sys.exit(77)


class Letters:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.endswith("@refused.example"):
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with open(f"{self.folder}/{self.count}.to", "w", encoding="utf-8") as out:
            out.write("".join(f"{one}\n" for one in envelope.rcpt_tos))
        with open(f"{self.folder}/{self.count}.txt", "w", encoding="utf-8", newline="") as out:
            out.write(message.get_content().replace("\r\n", "\n"))
        return "250 OK"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def main():
    folder, command = sys.argv[1], sys.argv[2:]
    os.makedirs(folder, exist_ok=True)
    port = free_port()
    controller = Controller(Letters(folder), hostname="127.0.0.1", port=port)
    controller.start()
    url = f"smtp://127.0.0.1:{port}"
    with open(f"{folder}/url", "w", encoding="utf-8") as out:
        out.write(url)
    if not command:
        # A test that has failed takes its folder away without stopping anybody.
        signals = {signal.SIGTERM, signal.SIGINT}
        while signal.sigtimedwait(signals, 1) is None and os.path.isdir(folder):
            pass
        controller.stop()
        return 0
    done = subprocess.run(command, env={**os.environ, "GLASS_TEST_SMTP": url, "GLASS_TEST_MAILS": folder})
    controller.stop()
    return done.returncode


sys.exit(main())
