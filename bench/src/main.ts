import { parseArgs } from 'node:util';
import { median } from './measure/statistics.ts';
import { textTable } from './report/table.ts';
import { measureSpeed, type SpeedPlan } from './speed/speed.ts';
import { jitlessTargets, targets } from './speed/targets.ts';
import { judge } from './speed/verdict.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    filter: { type: 'string' },
    jitless: { type: 'boolean' },
    rounds: { type: 'string' },
  },
});
const plan: SpeedPlan = {
  rounds: Number(values.rounds ?? (values.quick ? 2 : 5)),
  warmUpMs: 150,
  sampleMs: values.quick ? 20 : 30,
  samples: 3,
  fewPeers: values.quick ?? false,
  filter: values.filter ?? '',
  flags: values.jitless ? ['--jitless'] : [],
};
const rows = await measureSpeed(plan);
console.log(
  textTable(
    [
      ['task', 'codec', 'form', 'ns', 'B', 'off'],
      ...rows.map((r) => [
        r.task,
        r.codec,
        r.form,
        median(r.ns).toFixed(1),
        (r.heap ?? 0).toFixed(1),
        (r.offHeap ?? 0).toFixed(1),
      ]),
    ],
    [3, 4, 5],
  ),
);
const v = judge(values.jitless ? jitlessTargets : targets, rows);
console.log(textTable(v.map((x) => [x.met ? 'met' : 'MISSED', x.task, x.form, x.goal, x.measured])));
