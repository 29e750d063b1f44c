/**
 * From the rho that the device charges to the epsilon that people know.
 *
 * @module
 */

/** The delta of every epsilon that is shown. */
export const DELTA = 1e-6;

/** The device charges in billionths of rho. */
const NANO = 1e-9;

/**
 * The epsilon of a sum of charges.
 *
 * Source: Canonne, Kamath and Steinke 2020: the least over alpha > 1 of
 * alpha rho + ln(1 - 1/alpha) + (ln(1/delta) - ln alpha)/(alpha - 1).
 *
 * @param charged Nano-rho.
 */
export function epsilon(charged: number): number {
  if (charged <= 0) return 0;
  const rho = charged * NANO;
  const at = (above: number): number => {
    const alpha = 1 + above;
    return alpha * rho + Math.log1p(-1 / alpha) + (Math.log(1 / DELTA) - Math.log(alpha)) / above;
  };
  let [low, high] = [1e-6, 1e9]; // ternary search in the logarithm of alpha - 1
  for (let i = 0; i < 200; i++) {
    const third = Math.cbrt(high / low);
    const [a, b] = [low * third, high / third];
    if (at(a) < at(b)) high = b;
    else low = a;
  }
  return Math.max(0, at(low));
}
