export const celsiusToFahrenheit = (celsius: number): number => (celsius * 9) / 5 + 32;
export const fahrenheitToCelsius = (fahrenheit: number): number => ((fahrenheit - 32) * 5) / 9;

/**
 * The shortest decimal a device can have meant by a 32-bit float below 1,000. The wire carries floats, and 98.6 arrives as 98.59999847:
 * unrounded, a value that equals its limit would cross it.
 */
export const fromFloat32 = (value: number): number => Math.round(value * 1e4) / 1e4;
