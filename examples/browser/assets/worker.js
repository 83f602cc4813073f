"use strict";
// The worker loads the Go program and starts it. From then on the program itself hears the page, and answers.
const fail = text => postMessage(JSON.stringify({ problem: text }));
(async () => {
  try {
    importScripts("wasm_exec.js");
    const answer = await fetch("race.wasm");
    if (!answer.ok) throw new Error("race.wasm: the server answers " + answer.status);
    const go = new Go();
    const { instance } = await WebAssembly.instantiateStreaming(answer, go.importObject);
    await go.run(instance);
    fail("The program has ended; the browser’s console may say why. Reload the page to begin anew.");
  } catch (e) {
    fail("The program could not be run: " + e.message);
  }
})();
