// Ways of doing things not now, or not too often.

// Runs `work` at most once in `pause` ms: at once when it has been quiet, and once more after a burst.
export function atMostEvery(pause, work) {
  let last = -Infinity;
  let timer = null;
  return () => {
    if (timer !== null) return;
    const wait = Math.max(0, last + pause - performance.now());
    timer = setTimeout(() => {
      timer = null;
      last = performance.now();
      work();
    }, wait);
  };
}

// Runs asynchronous `work` one at a time; calls while it runs lead to one more run.
export function oneAtATime(work) {
  let running = false;
  let again = false;
  return async function run() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        await work();
      } while (again);
    } finally {
      running = false;
    }
  };
}
