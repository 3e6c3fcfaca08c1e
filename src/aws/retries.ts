import { AdaptiveRetryStrategy, StandardRetryStrategy } from '@smithy/core/retry';
import { CofferError } from '../errors.ts';
import type { Retrying } from './limits.ts';
import type { NetworkFailure } from './network-errors.ts';
import type { Setup } from './setup.ts';

/** Enough for throttling to pass; with backoff, a dead network is still reported in seconds. */
const MAX_ATTEMPTS = 7;

/**
 * AWS_MAX_ATTEMPTS and AWS_RETRY_MODE, else `max_attempts` and `retry_mode` of the profile, else
 * coffer's own.
 * @throws CofferError `usage` for other values
 */
export function findRetries({ environment, config }: Setup): Retrying {
  const { profile, profileName } = config;
  const setting = (variable: string, name: string) =>
    environment[variable]
      ? { value: environment[variable], from: variable }
      : { value: profile[name], from: `${name} of the profile ${profileName}` };
  const attempts = setting('AWS_MAX_ATTEMPTS', 'max_attempts');
  if (attempts.value && !/^[1-9]\d{0,3}$/.test(attempts.value)) {
    throw new CofferError('usage', `${attempts.from} is ${attempts.value}`, {
      hint: 'give the number of attempts, at least 1',
    });
  }
  const mode = setting('AWS_RETRY_MODE', 'retry_mode');
  const known = mode.value?.toLowerCase() || 'adaptive';
  if (known !== 'adaptive' && known !== 'standard' && known !== 'legacy') {
    throw new CofferError('usage', `${mode.from} is ${mode.value}`, {
      hint: 'use standard or adaptive',
    });
  }
  return {
    attempts: attempts.value ? Number(attempts.value) : MAX_ATTEMPTS,
    // The SDK has no legacy mode, and standard is the closest.
    mode: known === 'adaptive' ? 'adaptive' : 'standard',
  };
}

type Strategy = AdaptiveRetryStrategy | StandardRetryStrategy;

/** Retries a call as the SDK does, but only once after a timeout. */
export function createRetries({ attempts, mode }: Retrying): Strategy {
  const strategy: Strategy =
    mode === 'adaptive'
      ? new AdaptiveRetryStrategy(attempts)
      : new StandardRetryStrategy({ maxAttempts: attempts });
  const refresh = strategy.refreshRetryTokenForRetry.bind(strategy);
  strategy.refreshRetryTokenForRetry = async (token, info) => {
    const { limit } = info.error as NetworkFailure;
    const isFinal = limit === 'whole' || limit === 'interrupted';
    if (isFinal || (limit && token.getRetryCount() > 0)) throw info.error;
    return refresh(token, info);
  };
  return strategy;
}
