package org.tensorizer.network.graph;

/**
 * Elements of tensors as they are computed: results of one run of an op on one tile. Result r is the elements {@code
 * elements[r]} to {@code elements[r] + lanes[r] - 1} of the tensor with index {@code tensors[r]}, one byte each; -1 where it
 * belongs to none. Arrays are shared and not to be changed.
 *
 * @param run number of the execution of the instruction in the linked program
 * @param tile that computes them
 */
public record TensorSlice(int run, int tile, int[] tensors, int[] elements, int[] lanes) {}
