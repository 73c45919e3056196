"""What every training run shares: pausing, a learning rate, a log."""

import json
import os
import time


def wait_while(path):
    """Waits for as long as a file exists, so that a run can be held without being lost."""
    while path and os.path.exists(path):
        time.sleep(1)


def rate(step, steps, peak, warm=0.05, floor=0.02):
    """Linear warm-up, then linear decay."""
    warm_steps = max(1, int(steps * warm))
    if step < warm_steps:
        return peak * (step + 1) / warm_steps
    return peak * max(floor, 1 - (step - warm_steps) / max(1, steps - warm_steps))


class Log:
    """One JSON object a line, on the screen and in a file; a run that is resumed goes on counting its seconds."""

    def __init__(self, path, fresh):
        spent = 0.0
        if not fresh and os.path.exists(path):
            with open(path, encoding="utf-8") as lines:
                spent = max((json.loads(line)["seconds"] for line in lines), default=0.0)
        self.file = open(path, "w" if fresh else "a", encoding="utf-8")
        self.begin = time.time() - spent

    def write(self, **values):
        values["seconds"] = round(time.time() - self.begin, 1)
        line = json.dumps({k: round(v, 4) if isinstance(v, float) else v for k, v in values.items()})
        print(line, flush=True)
        self.file.write(line + "\n")
        self.file.flush()
