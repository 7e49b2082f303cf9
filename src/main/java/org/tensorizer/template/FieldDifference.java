package org.tensorizer.template;

import org.tensorizer.base.Printable;

/**
 * A field of the container that two models fill differently.
 *
 * @param field path such as {@code executables[0].outputLayers[0].sizeBytes}
 * @param compiled value in the model that was verified
 * @param assembled value that Tensorizer writes
 */
public record FieldDifference(String field, String compiled, String assembled) {
    @Override
    public String toString() {
        return field + ": compiled " + Printable.name(compiled) + ", assembled " + Printable.name(assembled);
    }
}
