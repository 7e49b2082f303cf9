package org.tensorizer.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where the tables of a sound FlatBuffer stand, and which of its words are offsets: found from the bytes alone, by what
 * could not well be anything else. FlatBuffers nested in vectors of bytes are found too.
 */
final class FlatSites {
    private static final int LARGEST_VTABLE = 100;
    private static final int LARGEST_TABLE = 400;

    /** An offset at {@code at} to a table or vector at {@code target}. */
    record Link(int at, int target) {}

    /** A vector of offsets to tables: its length stands at {@code at}. */
    record TableVector(int at, int length) {
        int end() {
            return at + 4 + 4 * length;
        }
    }

    final List<Integer> tables = new ArrayList<>();

    /** Offsets from tables to tables, and from vectors to tables. */
    final List<Link> toTables = new ArrayList<>();

    /** Offsets from tables to vectors and strings. */
    final List<Link> toVectors = new ArrayList<>();

    final List<TableVector> tableVectors = new ArrayList<>();

    private final ByteBuffer bytes;
    private final Set<Integer> known = new HashSet<>();

    FlatSites(byte[] file) {
        this.bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + 8 <= file.length; at++) {
            if (isTable(at)) {
                tables.add(at);
                known.add(at);
            }
        }
        tables.forEach(this::addLinks);
    }

    int vtable(int table) {
        return table - bytes.getInt(table);
    }

    int slots(int table) {
        return (u16(vtable(table)) - 4) / 2;
    }

    private boolean isTable(int at) {
        int vtable = vtable(at);
        if (vtable < 0 || vtable + 4 > bytes.capacity() || vtable == at) {
            return false;
        }
        int length = u16(vtable);
        int size = u16(vtable + 2);
        if (length < 6 || length > LARGEST_VTABLE || length % 2 != 0 || vtable + length > bytes.capacity()) {
            return false;
        }
        if (size < 4 || size > LARGEST_TABLE || at + size > bytes.capacity()) {
            return false;
        }
        boolean any = false;
        for (int slot = vtable + 4; slot < vtable + length; slot += 2) {
            int offset = u16(slot);
            if (offset != 0 && (offset < 4 || offset >= size)) {
                return false;
            }
            any |= offset != 0;
        }
        return any;
    }

    private void addLinks(int table) {
        int vtable = vtable(table);
        for (int slot = 0; slot < slots(table); slot++) {
            int offset = u16(vtable + 4 + 2 * slot);
            if (offset != 0 && table + offset + 4 <= bytes.capacity()) {
                addLink(table + offset);
            }
        }
    }

    private void addLink(int at) {
        long target = at + (bytes.getInt(at) & 0xffff_ffffL);
        if (target <= at || target + 4 > bytes.capacity()) {
            return;
        }
        int to = (int) target;
        if (known.contains(to)) {
            toTables.add(new Link(at, to));
            return;
        }
        if (isVector(to)) {
            toVectors.add(new Link(at, to));
            addElements(to, bytes.getInt(to));
        }
    }

    private void addElements(int vector, int length) {
        List<Link> links = new ArrayList<>();
        int end = vector + 4 + 4 * length;
        if (length == 0 || length > bytes.capacity() / 4 || end > bytes.capacity()) {
            return;
        }
        for (int at = vector + 4; at < end; at += 4) {
            long target = at + (bytes.getInt(at) & 0xffff_ffffL);
            if (target < end || target + 4 > bytes.capacity()) {
                return;
            }
            links.add(new Link(at, (int) target));
        }
        if (links.stream().allMatch(link -> known.contains(link.target()))) {
            toTables.addAll(links);
            tableVectors.add(new TableVector(vector, length));
        } else if (links.stream().allMatch(link -> isVector(link.target()))) {
            toVectors.addAll(links);
        }
    }

    private boolean isVector(int at) {
        return at + 4L + (bytes.getInt(at) & 0xffff_ffffL) <= bytes.capacity();
    }

    private int u16(int at) {
        return Short.toUnsignedInt(bytes.getShort(at));
    }
}
