/**
 * JUnit and the report: hypotheses, injected templates and devices, verdicts and the evidence behind them.
 *
 * <p>An experiment is a class with {@link org.tensorizer.harness.Hypothesis}; its methods ask for a
 * {@code DenseTemplate}, a {@link org.tensorizer.device.Device} and an {@link org.tensorizer.harness.Evidence} as
 * parameters. The pieces behind the annotations stand in them or are package-private.
 */
package org.tensorizer.harness;
