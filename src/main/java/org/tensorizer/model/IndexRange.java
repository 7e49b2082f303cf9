package org.tensorizer.model;

/**
 * Indices of one dimension of a layer, both ends included.
 *
 * @param first lowest index
 * @param last highest index
 */
public record IndexRange(int first, int last) {}
