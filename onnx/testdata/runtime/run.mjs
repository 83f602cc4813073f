// Runs .onnx files with onnxruntime: node run.mjs FROM JOBS, where FROM is a folder with node_modules and JOBS a file of
// JSON, [{"model": path, "runs": [{"dims": […], "data": […]}]}]. It prints a list of the outputs of each run by name, or
// of {"error": text}.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const ort = createRequire(resolve(process.argv[2], 'x.js'))('onnxruntime-node');
const results = [];
for (const job of JSON.parse(readFileSync(process.argv[3], 'utf8'))) {
  for (const level of ['disabled', 'all']) {
    try {
      const session = await ort.InferenceSession.create(job.model, { graphOptimizationLevel: level, intraOpNumThreads: 1, logSeverityLevel: 2 });
      for (const run of job.runs) {
        const type = job.double ? 'float64' : 'float32';
        const x = new ort.Tensor(type, (job.double ? Float64Array : Float32Array).from(run.data), run.dims);
        try {
          const got = await session.run({ [session.inputNames[0]]: x });
          const outputs = {};
          for (const name of session.outputNames) {
            outputs[name] = { type: got[name].type, dims: got[name].dims, data: Array.from(got[name].data, Number).map(v => Number.isFinite(v) ? v : String(v)) };
          }
          results.push({ outputs });
        } catch (e) { results.push({ error: String(e.message) }); }
      }
      await session.release?.();
    } catch (e) { for (const _ of job.runs) results.push({ error: String(e.message) }); }
  }
}
process.stdout.write(JSON.stringify(results));
