// Reads what Chromium traces: which tasks its main thread had, and which of them made a frame.

/** What is traced: every task of every thread, and the frames. */
const CATEGORIES = ["toplevel", "devtools.timeline"];

/** The value below which so much of the values lies. */
export function quantile(values, fraction) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(fraction * sorted.length) - 1)] ?? NaN;
}

/** Traces for so long; gives the events. */
export async function recordTrace(browser, page, ms) {
  await browser.startTracing(page, { categories: CATEGORIES });
  await page.waitForTimeout(ms);
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  return traceEvents;
}

/**
 * The frames of a trace: the time between one and the next, and how much the main thread worked for each, both in ms.
 * The work of a frame is every task from the one that calls the page's animation callbacks to the last one before the
 * next frame: scripts, styles, layout and paint, and whatever else comes in between. It is counted in time on a core,
 * so that what else runs on the machine does not count.
 */
export function frames(events) {
  const thread = ({ pid, tid }) => `${pid}/${tid}`;
  const begins = events.filter(({ name, ph }) => name === "FireAnimationFrame" && (ph === "X" || ph === "B"));
  const count = new Map();
  for (const event of begins) count.set(thread(event), (count.get(thread(event)) ?? 0) + 1);
  const main = [...count].sort((a, b) => b[1] - a[1])[0]?.[0];
  if (!main) throw new Error("the trace has no frame in it");
  const tasks = events
    .filter((event) => event.ph === "X" && /RunTask$/.test(event.name) && thread(event) === main)
    .sort((a, b) => a.ts - b.ts);
  const outer = [];
  for (const task of tasks) {
    const last = outer.at(-1);
    if (!last || task.ts >= last.ts + last.dur) outer.push(task);
  }
  const starts = begins.filter((event) => thread(event) === main).map(({ ts }) => ts).sort((a, b) => a - b);
  // A page may ask for more than one callback in a frame: those share a task.
  const first = outer.filter(({ ts, dur }) => starts.some((start) => start >= ts && start < ts + dur));
  const [intervals, work] = [[], []];
  for (let i = 0; i + 1 < first.length; i++) {
    const [begin, end] = [first[i].ts, first[i + 1].ts];
    intervals.push((end - begin) / 1000);
    work.push(outer.filter(({ ts }) => ts >= begin && ts < end).reduce((sum, { dur, tdur }) => sum + (tdur ?? dur), 0) / 1000);
  }
  return { intervals, work };
}
