import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Meter } from '@opentelemetry/api';

/** Few wake-ups, and still finer than the 50 ms that a message may take. */
const RESOLUTION_MS = 20;

/**
 * What Node itself has to say, under the names that prom-client made common, so that ready-made dashboards fit. Delay and
 * utilization describe the time since the scrape before.
 */
export function observeRuntime(meter: Meter): void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let utilization = performance.eventLoopUtilization();

  const lag = (quantile: string) =>
    meter.createObservableGauge(`nodejs_eventloop_lag_${quantile}_seconds`, {
      description: `How late the event loop was since the last scrape, in seconds: ${quantile}`,
    });
  const [lagP50, lagP99, lagMax] = [lag('p50'), lag('p99'), lag('max')];
  const busy = meter.createObservableGauge('nodejs_eventloop_utilization', {
    description: 'Share of time the event loop was busy since the last scrape, 0 to 1',
  });
  const heapUsed = meter.createObservableGauge('nodejs_heap_size_used_bytes', { description: 'Heap in use, in bytes' });
  const heapTotal = meter.createObservableGauge('nodejs_heap_size_total_bytes', {
    description: 'Heap reserved, in bytes',
  });
  const external = meter.createObservableGauge('nodejs_external_memory_bytes', {
    description: 'Memory of buffers and other objects outside of the heap, in bytes',
  });
  const resident = meter.createObservableGauge('process_resident_memory_bytes', {
    description: 'Resident memory, in bytes',
  });
  const cpu = meter.createObservableCounter('process_cpu_seconds', {
    description: 'CPU time, user and system, in seconds',
  });
  const startTime = meter.createObservableGauge('process_start_time_seconds', {
    description: 'When the process started, in seconds since 1970',
  });

  meter.addBatchObservableCallback(
    (result) => {
      // The monitor's samples contain its own resolution.
      const seconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS) / 1_000;
      result.observe(lagP50, seconds(delay.percentile(50)));
      result.observe(lagP99, seconds(delay.percentile(99)));
      result.observe(lagMax, seconds(delay.max));
      delay.reset();
      const now = performance.eventLoopUtilization();
      result.observe(busy, performance.eventLoopUtilization(now, utilization).utilization);
      utilization = now;
      const memory = process.memoryUsage();
      result.observe(heapUsed, memory.heapUsed);
      result.observe(heapTotal, memory.heapTotal);
      result.observe(external, memory.external);
      result.observe(resident, memory.rss);
      const { user, system } = process.cpuUsage();
      result.observe(cpu, (user + system) / 1e6);
      result.observe(startTime, performance.timeOrigin / 1_000);
    },
    [lagP50, lagP99, lagMax, busy, heapUsed, heapTotal, external, resident, cpu, startTime],
  );
}
