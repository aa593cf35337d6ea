import {
  defaultResource,
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import manifest from '../../package.json' with { type: 'json' };

/**
 * Who sends this telemetry. OTEL_SERVICE_NAME wins over OTEL_RESOURCE_ATTRIBUTES, which wins over `parley`. The detectors
 * for host and process are left out: they would send the command line, the owner and every path in them.
 */
export function createResource(): Resource {
  return [
    resourceFromAttributes({ [ATTR_SERVICE_NAME]: manifest.name, [ATTR_SERVICE_VERSION]: manifest.version }),
    detectResources({ detectors: [serviceInstanceIdDetector] }),
    detectResources({ detectors: [resourceAttributesEnvDetector] }),
    detectResources({ detectors: [serviceNameEnvDetector] }),
  ].reduce((merged, next) => merged.merge(next), defaultResource());
}
