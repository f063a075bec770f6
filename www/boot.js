// Starts the program, and speaks in its place where it cannot: when it does not load, and when it has failed.
//
// A script of its own, since a program that has failed cannot be relied on, and since the page allows no script inside its
// markup (docs/decisions/0015).
(() => {
  let started = false;
  let failed = false;
  let isWatched = false;

  /** An element with a text. */
  const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });

  /** Says why the program cannot start, instead of leaving the screen blank. */
  const say = (cause) => {
    const boot = document.querySelector(".boot") ?? document.body.appendChild(element("main", ""));
    boot.className = "boot";
    boot.setAttribute("role", "alert");
    boot.replaceChildren(
      element("h1", "Raft Lab could not start"),
      element("p", location.protocol === "file:"
        ? "A browser does not load this page from a file. Serve it over HTTP, for example with “cargo xtask serve”."
        : typeof WebAssembly === "undefined"
          ? "This browser has no WebAssembly, which the page is made of. A newer browser will do."
          : "Part of the page did not load. Reload it to try again."),
      element("p", cause ? `What the browser said: ${cause}` : ""),
    );
  };

  /** Ends everything that would call the program again: timers, frames, listeners. */
  const stop = () => {
    // Their numbers are consecutive.
    const timer = setTimeout(() => {});
    for (let id = Math.max(0, timer - 1_000_000); id <= timer; id += 1) clearTimeout(id);
    const frame = requestAnimationFrame(() => {});
    for (let id = Math.max(0, frame - 1_000); id <= frame; id += 1) cancelAnimationFrame(id);
    // Opening a document again takes all listeners from it and from its window. Its language, theme and style stay.
    const page = document.documentElement.cloneNode();
    page.append(document.head.cloneNode(true));
    // What was loaded is not to be loaded again.
    for (const loaded of page.querySelectorAll("script, link[rel$=preload]")) loaded.remove();
    document.open();
    document.write("<!doctype html>", page.outerHTML);
    document.close();
  };

  /** What is stored under this key; empty if nothing is, or if storage is switched off. */
  const stored = (key) => {
    try {
      return localStorage.getItem(key) ?? "";
    } catch {
      return "";
    }
  };

  /** The scenario of a stored run, or what is stored if that is none. */
  const scenarioIn = (text) => {
    try {
      return JSON.stringify(JSON.parse(text).scenario, null, 2) ?? text;
    } catch {
      return text;
    }
  };

  /** Fills the screen that the program has prepared for its own failure. */
  const fill = (screen, cause, text) => {
    const part = (name) => screen.querySelector(`[data-crash="${name}"]`);
    const key = screen.dataset.run;
    const run = scenarioIn(stored(key));
    part("cause").textContent = cause;
    if (text) part("text").textContent = text;
    part("kept").hidden = !run;
    part("run").value = run;
    part("run").onfocus = () => part("run").select();
    part("copy").onclick = async () => {
      part("run").select();
      try {
        await navigator.clipboard.writeText(run);
        part("copied").hidden = false;
      } catch {
        // It is selected, to be copied by hand.
      }
    };
    part("download").onclick = () => {
      const href = URL.createObjectURL(new Blob([run], { type: "application/json" }));
      Object.assign(document.createElement("a"), { href, download: "raft-lab-run.json" }).click();
    };
    part("reload").onclick = () => location.reload();
    part("fresh").onclick = () => {
      try {
        localStorage.removeItem(key);
      } catch {
        // Then nothing is stored.
      }
      location.reload();
    };
  };

  /** The program has failed: shows that, once, with the first cause; with a text of its own where it is not to blame. */
  const fail = (cause, text) => {
    if (failed) return;
    failed = true;
    const prepared = document.getElementById("crash");
    if (!prepared) return say(cause);
    stop();
    const screen = prepared.content.firstElementChild.cloneNode(true);
    document.body.append(screen);
    fill(screen, cause, text);
    screen.focus();
  };

  /** Whether an error ends the program: it was thrown by WebAssembly itself, in the middle of anything. */
  const isTrap = (error) => (typeof WebAssembly === "object" && error instanceof WebAssembly.RuntimeError)
    // The stack has overflowed; in Firefox this is an InternalError.
    || (["RangeError", "InternalError"].includes(error?.name) && /wasm/.test(error.stack));

  const onError = (error, cause) => {
    if (isTrap(error)) fail(String(error));
    else if (!started && !failed) say(cause);
  };
  addEventListener("error", (event) => {
    onError(event.error, event.message || event.target?.src || event.target?.href || "");
  }, true);
  addEventListener("unhandledrejection", (event) => {
    onError(event.reason, String(event.reason?.message ?? event.reason));
  });

  /** Calls the program; a trap is seen here even if the caller, a console for example, catches it. */
  const watched = (call) => {
    try {
      return call();
    } catch (error) {
      if (isTrap(error)) fail(String(error));
      throw error;
    }
  };

  // ── The rest of the program: docs/decisions/0019 ──

  /** How long to wait before another attempt to load the rest, in milliseconds. */
  const AGAIN_MS = 5_000;
  const rest = { isLoaded: false, module: undefined, exports: undefined, missing: "", gone: "" };

  /** Where the rest is; undefined where the program is in one piece. */
  const restAddress = () => {
    const { rest: file } = document.getElementById("program").dataset;
    return file && new URL(file, document.baseURI);
  };

  // A page that goes away may not wait for the rest, and before that is there nothing is stored anyway. What the program
  // has missed is told when it is there.
  let hasMissed = false;
  for (const event of ["pagehide", "visibilitychange"]) {
    addEventListener(event, (leaving) => {
      if (rest.isLoaded || !restAddress()) return;
      leaving.stopImmediatePropagation();
      hasMissed = true;
    }, true);
  }
  addEventListener("rest-loaded", () => {
    if (hasMissed) document.dispatchEvent(new Event("visibilitychange"));
    hasMissed = false;
  });

  /** Puts the rest beside the first part: it shares its memory, and fills the places that are kept for it. */
  const fillIn = (module) => {
    if (!rest.isLoaded) new WebAssembly.Instance(module, { "": rest.exports });
    rest.isLoaded = true;
  };

  /** Loads and compiles the rest while the page goes on. */
  const fetchRest = async (address) => {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return WebAssembly.compile(await response.arrayBuffer());
  };

  /** Loads the rest while the page stands still: the program is in the middle of a call of it. */
  const loadRestNow = () => {
    for (;;) {
      try {
        const request = new XMLHttpRequest();
        request.open("GET", restAddress(), false);
        // A request that blocks gives text only: here each character is a byte.
        request.overrideMimeType("text/plain; charset=x-user-defined");
        request.send();
        if (request.status !== 200) throw new Error(`${request.status} ${request.statusText}`);
        const bytes = Uint8Array.from(request.responseText, (character) => character.charCodeAt(0) & 0xff);
        fillIn(new WebAssembly.Module(bytes));
        return void setTimeout(() => dispatchEvent(new Event("rest-loaded")));
      } catch (error) {
        if (confirm(rest.missing)) continue;
        fail(String(error?.message ?? error), rest.gone);
        throw error;
      }
    }
  };

  /** Loads the rest while the page goes on, again and again until it is there, and tells the program. */
  const loadRestSoon = async () => {
    try {
      const address = restAddress();
      if (address && !rest.isLoaded) fillIn(rest.module ?? await fetchRest(address));
      dispatchEvent(new Event("rest-loaded"));
    } catch {
      dispatchEvent(new Event("rest-missing"));
      setTimeout(loadRestSoon, AGAIN_MS);
    }
  };

  /** Waits until the page has been drawn once more. */
  const drawn = () => new Promise((resolve) => {
    const observer = new IntersectionObserver(() => {
      observer.disconnect();
      resolve();
    });
    observer.observe(document.documentElement);
  });

  // What the program calls.
  window.raftLabPage = {
    failed: fail,
    /**
     * The program runs: what the rest shares with it, how to ask for another attempt to load the rest, and what to say
     * where that is not wanted.
     */
    started(exports, missing, gone) {
      Object.assign(rest, { exports, missing, gone });
      if (rest.module) fillIn(rest.module);
    },
    /** Loads the rest of the program: at once, or when the page moves. */
    loadRest(atOnce) {
      if (atOnce) loadRestNow();
      else drawn().then(drawn).then(loadRestSoon);
    },
    /** Gives the text of a file of the page to `done`; nothing if it cannot be loaded. */
    load(file, done) {
      // The address names the program, so that no cache has the file from another version.
      const address = new URL(file, document.baseURI);
      address.search = document.getElementById("program").dataset.wasm.replace(/^.*\/|(_bg)?\.wasm$/g, "");
      const text = (response) => (response.ok ? response.text() : undefined);
      fetch(address).then(text).catch(() => undefined).then(done);
    },
    /** Watches every call of a script to the methods of this object and its like. */
    watch(lab) {
      if (isWatched) return;
      isWatched = true;
      const handler = {
        apply: (method, self, args) => watched(() => Reflect.apply(method, self, args)),
        construct: (method, args, target) => watched(() => Reflect.construct(method, args, target)),
      };
      const prototype = Object.getPrototypeOf(lab);
      for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
        for (const part of ["value", "get"]) {
          if (typeof property[part] === "function") property[part] = new Proxy(property[part], handler);
        }
        Object.defineProperty(prototype, name, property);
      }
    },
  };

  addEventListener("DOMContentLoaded", async () => {
    const status = document.getElementById("boot-status");
    if (status) status.hidden = false;
    try {
      const { js, wasm } = document.getElementById("program").dataset;
      const base = new URL(document.baseURI);
      const program = import(new URL(js, base));
      // A stored run needs nearly all of the program at once.
      if (restAddress() && stored("raft-lab/run")) rest.module = await fetchRest(restAddress()).catch(() => undefined);
      const { default: start } = await program;
      await start({ module_or_path: new URL(wasm, base) });
      started = true;
    } catch (error) {
      onError(error, String(error?.message ?? error));
    }
  });
})();
