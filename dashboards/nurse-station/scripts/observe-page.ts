/** Runs inside the page, before anything of it: counts frames, long ones and layout shifts under `globalThis.observed`. */
export interface Observed {
  frames: number;
  /** More than half a frame late at 60 Hz. */
  lateFrames: number;
  longestGapMs: number;
  longFrames: number;
  blockingMs: number;
  /** The sum of layout-shift scores, those without a gesture before them. */
  shift: number;
  /** What moved, by class, and how much at most. */
  moved: Record<string, number>;
}

/** Stands alone: it is sent to the browser as text. */
export function observePage(): void {
  const observed: Observed = {
    frames: 0,
    lateFrames: 0,
    longestGapMs: 0,
    longFrames: 0,
    blockingMs: 0,
    shift: 0,
    moved: {},
  };
  Object.assign(globalThis, { observed });
  let lastMs: number | undefined;
  const onFrame = (nowMs: number): void => {
    if (lastMs !== undefined) {
      const gapMs = nowMs - lastMs;
      observed.frames++;
      if (gapMs > 25) observed.lateFrames++;
      // What came before the first numbers is the loading of the page.
      if (nowMs > 15_000) observed.longestGapMs = Math.max(observed.longestGapMs, gapMs);
    }
    lastMs = nowMs;
    requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);
  const each = (type: string, take: (entry: PerformanceEntry & Record<string, unknown>) => void): void => {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) take(entry as PerformanceEntry & Record<string, unknown>);
    }).observe({ type, buffered: true });
  };
  each('long-animation-frame', (entry) => {
    observed.longFrames++;
    observed.blockingMs += Number(entry['blockingDuration']);
  });
  each('layout-shift', (entry) => {
    if (entry['hadRecentInput'] === true) return;
    const value = Number(entry['value']);
    observed.shift += value;
    for (const { node } of entry['sources'] as { node: Node | null }[]) {
      const name = node instanceof Element ? node.className : (node?.parentElement?.className ?? '?');
      observed.moved[name] = Math.max(observed.moved[name] ?? 0, value);
    }
  });
}
