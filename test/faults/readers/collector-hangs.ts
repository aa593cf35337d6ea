import { startOtlpReceiver } from '../../harness/otlp-receiver.ts';
import { readMetric } from '../../harness/read-metric.ts';
import type { Scenario } from '../scenario.ts';

/** Small, so that it is soon full. */
const QUEUE = 50;

export const collectorHangs: Scenario = {
  name: 'collector-hangs',
  // The short form of it is test/telemetry.
  fullOnly: true,
  promises: 'D6',
  fault:
    'the trace collector takes every request and never answers, then is gone: nothing waits for it, drops are counted',
  async run({ world, load, expect, recovers }) {
    const [traced] = world.slots;
    const collector = await startOtlpReceiver({ answer: 'never' });
    world.after(() => collector.stop());
    await traced.kill();
    await traced.start({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '10',
      OTEL_BSP_MAX_QUEUE_SIZE: String(QUEUE),
    });
    await recovers();
    await collector.waitFor((spans) => spans.length > 0, 60_000);
    await load.gain(60);
    await collector.stop();
    await load.gain(20);
    const dropped = await readMetric(traced.server, 'otel_sdk_processor_span_processed_total', {
      error_type: 'queue_full',
    });
    expect(dropped > 0, 'no span was counted as dropped');
    const exitCode = await traced.stop();
    expect(exitCode === 0, `it left with exit code ${exitCode}`);
    await traced.start();
    await recovers();
  },
};
