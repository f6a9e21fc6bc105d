"""Renders our chat templates with Jinja, set up as Hugging Face's transformers does, and compares.

usage: chat_template.py EXPORT_CHAT
Exit code 77: Jinja is not installed (Debian: python3-jinja2).
"""

import json
import subprocess
import sys

try:
    from jinja2.exceptions import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment
except ImportError:
    print("skipped: python3-jinja2 is not installed")
    sys.exit(77)


def environment():
    made = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)

    def raise_exception(message):
        raise TemplateError(message)

    made.globals["raise_exception"] = raise_exception
    return made


def main():
    ours = json.loads(subprocess.run([sys.argv[1]], check=True, capture_output=True).stdout)
    template = environment().from_string(ours["template"])
    for case in ours["cases"]:
        text = template.render(
            messages=case["messages"], add_generation_prompt=case["add_generation_prompt"]
        )
        if text != case["text"]:
            sys.exit(f"Jinja gives {text!r}\nours is     {case['text']!r}")
    try:
        template.render(messages=[{"role": "tool", "content": "x"}], add_generation_prompt=False)
        sys.exit("a role that the template does not know was rendered")
    except TemplateError as error:
        if "tool" not in str(error):
            sys.exit(f"the unknown role is not named: {error}")
    print(f"{len(ours['cases'])} conversations are equal")


if __name__ == "__main__":
    main()
