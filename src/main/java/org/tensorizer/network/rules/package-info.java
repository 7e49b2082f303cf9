/**
 * The numbers of a program that come from quantization, as a compiler computes them: float32, in the order written. Source
 * of all of them: measured, bit for bit, on compiled models whose sources are public.
 */
package org.tensorizer.network.rules;
