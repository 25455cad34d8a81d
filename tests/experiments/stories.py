"""What the tests about stories share: files of our own, and a small net that reads them."""

import os

from program import SANITIZED, CommandLine, tapehead

STEPS = 30 if SANITIZED else 300
FEW = [f"--training.steps={STEPS}", "--training.linear_start=0", "--training.hold_steps=0", f"--training.evaluate_every={STEPS}"]


class StoryCommandLine(CommandLine):
    def setUp(self):
        super().setUp()
        os.environ.pop("TAPEHEAD_BABI", None)

    def generated(self, *arguments):
        out = self.place / "stories"
        tapehead("generate", "babi", "--out", out, *arguments)
        return out

    def trained(self, *arguments):
        run = self.place / "run"
        tapehead("train", "memn2n2015/pe-ls-rn", "--task.data=generated", *FEW, *arguments, "--out", run)
        return run
