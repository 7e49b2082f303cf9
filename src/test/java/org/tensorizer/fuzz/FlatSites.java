package org.tensorizer.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where the tables of a sound FlatBuffer stand, and which of its words are offsets: found from the bytes alone, by going
 * from the root wherever a word leads to what could not well be anything but a table or a vector. FlatBuffers nested in
 * vectors of bytes are found too, and packages by their identifier.
 */
final class FlatSites {
    private static final int LARGEST_VTABLE = 100;
    private static final int LARGEST_TABLE = 400;
    private static final int PACKAGE = 'D' | 'W' << 8 | 'N' << 16 | '1' << 24;

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
        addRoot(0, file.length);
        for (int at = 0; at + 12 <= file.length; at++) {
            if (bytes.getInt(at + 4) == PACKAGE) {
                addRoot(at, file.length);
            }
        }
    }

    private void addRoot(int at, int end) {
        long table = at + u32(at);
        if (table > at && table + 4 <= end && isTable((int) table)) {
            toTables.add(new Link(at, (int) table));
            visit((int) table);
        }
    }

    private void visit(int table) {
        if (!known.add(table)) {
            return;
        }
        tables.add(table);
        int vtable = vtable(table);
        for (int slot = 0; slot < slots(table); slot++) {
            int offset = u16(vtable + 4 + 2 * slot);
            if (offset != 0 && offset % 4 == 0 && table + offset + 4 <= bytes.capacity()) {
                addLink(table + offset);
            }
        }
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

    private void addLink(int at) {
        long target = at + u32(at);
        if (target <= at || target + 4 > bytes.capacity()) {
            return;
        }
        int to = (int) target;
        if (isTable(to)) {
            toTables.add(new Link(at, to));
            visit(to);
        } else if (isVector(to)) {
            toVectors.add(new Link(at, to));
            addElements(to, bytes.getInt(to));
        }
    }

    private void addElements(int vector, int length) {
        if (!known.add(vector) || length == 0) {
            return;
        }
        if (length >= 8) {
            addRoot(vector + 4, vector + 4 + length);
        }
        List<Link> links = links(vector + 4, length);
        if (links.stream().allMatch(link -> isTable(link.target()))) {
            toTables.addAll(links);
            if (!links.isEmpty()) {
                tableVectors.add(new TableVector(vector, length));
            }
            links.forEach(link -> visit(link.target()));
        } else if (links.stream().allMatch(link -> isVector(link.target()))) {
            toVectors.addAll(links);
            links.forEach(link -> addElements(link.target(), bytes.getInt(link.target())));
        }
    }

    /** The elements as offsets; none where one of them leads nowhere. */
    private List<Link> links(int start, int length) {
        List<Link> links = new ArrayList<>();
        long end = start + 4L * length;
        for (int at = start; end <= bytes.capacity() && at < end; at += 4) {
            long target = at + u32(at);
            if (target < end || target + 4 > bytes.capacity()) {
                return List.of();
            }
            links.add(new Link(at, (int) target));
        }
        return links;
    }

    private boolean isVector(int at) {
        return at + 4L + u32(at) <= bytes.capacity();
    }

    private long u32(int at) {
        return bytes.getInt(at) & 0xffff_ffffL;
    }

    private int u16(int at) {
        return Short.toUnsignedInt(bytes.getShort(at));
    }
}
