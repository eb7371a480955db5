/** The version in package.json; test/tidy.test.ts compares them. A constant, so that a start reads one file less. */
export const version = '0.1.0';
