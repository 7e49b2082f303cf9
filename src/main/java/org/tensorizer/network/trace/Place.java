package org.tensorizer.network.trace;

/**
 * An instruction of an executable.
 *
 * @param chunk index of the chunk
 * @param bundle offset in the chunk, in bundles of 16 bytes
 */
public record Place(int chunk, int bundle) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
        int order = Integer.compare(chunk, other.chunk);
        return order != 0 ? order : Integer.compare(bundle, other.bundle);
    }

    @Override
    public String toString() {
        return chunk == 0 ? "bundle " + bundle : "chunk " + chunk + ", bundle " + bundle;
    }
}
