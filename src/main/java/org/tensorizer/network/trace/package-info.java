/**
 * Execution of a compiled program on tags: every byte carries where it comes from instead of a value. Movers move tags as
 * they move bytes; an op computes nothing and records which bytes it read for each result. Nothing of the layout of a
 * network is assumed: shapes, kernels and wiring are read off the records afterwards.
 */
package org.tensorizer.network.trace;
