"use strict";
// The worker loads the Go program and starts it. From then on the program itself hears the page, and answers.
const megabytes = bytes => (bytes / 1e6).toFixed(1);
const tell = m => postMessage(JSON.stringify(m));

// counted is an answer that tells the page how much of it is here. Its type is that of a program, which browsers insist on
// and many servers do not know.
function counted(answer) {
  // Of a compressed answer the header counts other bytes than those that arrive here.
  const total = answer.headers.get("Content-Encoding") ? 0 : Number(answer.headers.get("Content-Length"));
  let loaded = 0, told = 0;
  const body = answer.body.pipeThrough(new TransformStream({
    transform(chunk, out) {
      loaded += chunk.length;
      if (loaded - told >= 1e6) {
        told = loaded;
        tell({ state: "Loading the program: " + megabytes(loaded) + (total ? " of " + megabytes(total) : "") + "\u00a0MB." });
      }
      out.enqueue(chunk);
    },
  }));
  return new Response(body, { headers: { "Content-Type": "application/wasm" } });
}

(async () => {
  try {
    importScripts("wasm_exec.js");
    const answer = await fetch("race.wasm");
    if (!answer.ok) throw new Error("race.wasm: the server answers " + answer.status);
    const go = new Go();
    const { instance } = await WebAssembly.instantiateStreaming(counted(answer), go.importObject);
    tell({ state: "Drawing the digits." });
    await go.run(instance);
    tell({ ended: "The program has ended; the browser’s console may say why. Reload the page to begin anew." });
  } catch (e) {
    tell({ ended: "The program could not be run: " + e.message });
  }
})();
