/**
 * The operators of a network, found from what its program did: every result is an element of a tensor, and kernel, stride,
 * padding and wiring are read off the places of the bytes that it was computed from. Nothing is taken from addresses,
 * walks or the partition of tensors over tiles.
 */
package org.tensorizer.network.graph;
