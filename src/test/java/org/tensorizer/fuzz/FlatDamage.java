package org.tensorizer.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.tensorizer.fuzz.FlatSites.Link;
import org.tensorizer.fuzz.FlatSites.TableVector;

/**
 * Damages a FlatBuffer by its grammar: offsets that overflow, point backwards, into themselves or to what others own;
 * vectors of every impossible length; vtables of other tables; another root; lists of many thousand entries that share
 * one table.
 */
public final class FlatDamage implements Fuzz.Damage {
    private static final int[] LENGTHS = {
        -1, 0x7fff_ffff, 0x8000_0000, 0x3fff_ffff, 0x4000_0000, 0x4000_0001, 0x2000_0000, 0x2000_0001, 0x1000_0000
    };
    private static final int LARGEST = 1 << 20;

    private final FlatSites sites;
    private final Fuzz.Damage bytewise;

    /** @param bytewise what else to do now and then */
    public FlatDamage(byte[] sound, Fuzz.Damage bytewise) {
        this.sites = new FlatSites(sound);
        this.bytewise = bytewise;
    }

    @Override
    public byte[] of(byte[] from, Random random) {
        if (sites.toTables.isEmpty() || sites.toVectors.isEmpty() || random.nextInt(3) == 0) {
            return bytewise.of(from, random);
        }
        if (random.nextInt(40) == 0 && !sites.tableVectors.isEmpty()) {
            return share(from, any(sites.tableVectors, random), 1 << random.nextInt(18));
        }
        byte[] bytes = from.clone();
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = random.nextInt(2); i >= 0; i--) {
            damage(words, random);
        }
        return bytes;
    }

    private void damage(ByteBuffer words, Random random) {
        Link link = any(random.nextBoolean() ? sites.toTables : sites.toVectors, random);
        int table = any(sites.tables, random);
        switch (random.nextInt(9)) {
            case 0 -> put(words, link.at(), any(sites.tables, random) - link.at());
            case 1 -> put(words, link.at(), any(sites.toVectors, random).target() - link.at());
            case 2 -> put(words, link.at(), words.capacity() - random.nextInt(9) - link.at());
            case 3 -> put(words, link.at(), random.nextInt(9) - 4);
            case 4 -> put(words, any(sites.toVectors, random).target(), length(words, random));
            case 5 -> put(words, table, table - sites.vtable(any(sites.tables, random)));
            case 6 -> putShort(words, slot(table, random), random.nextInt(40));
            case 7 -> putShort(words, sites.vtable(table) + 2 * random.nextInt(2), random.nextInt(64));
            default -> put(words, 0, table);
        }
    }

    /** Somewhere in the vtable of a table. */
    private int slot(int table, Random random) {
        return sites.vtable(table) + 4 + 2 * random.nextInt(Math.max(1, sites.slots(table)));
    }

    /** Impossible, or nearly possible: as much as the file has, in bytes or wider elements. */
    private static int length(ByteBuffer words, Random random) {
        return random.nextBoolean()
                ? LENGTHS[random.nextInt(LENGTHS.length)]
                : (words.capacity() >> random.nextInt(4)) - random.nextInt(64);
    }

    /**
     * Entries more for a list, all of which point to its first table. Offsets and lengths across the new bytes grow with
     * them, so that the file stays sound where nothing else was damaged.
     */
    private byte[] share(byte[] from, TableVector vector, int entries) {
        if (vector.end() > from.length || from.length + 4L * entries > LARGEST) {
            return from;
        }
        int more = 4 * entries;
        byte[] bytes = new byte[from.length + more];
        System.arraycopy(from, 0, bytes, 0, vector.end());
        System.arraycopy(from, vector.end(), bytes, vector.end() + more, from.length - vector.end());
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int table : sites.tables) {
            int vtable = sites.vtable(table);
            int crossed = crossing(vtable, table, vector.end(), more) - crossing(table, vtable, vector.end(), more);
            add(words, moved(table, vector.end(), more), crossed);
        }
        for (List<Link> links : List.of(sites.toTables, sites.toVectors)) {
            for (Link link : links) {
                add(
                        words,
                        moved(link.at(), vector.end(), more),
                        crossing(link.at(), link.target(), vector.end(), more));
            }
        }
        lengthenOwners(words, from, vector, more);
        add(words, vector.at(), entries);
        int first = vector.at() + 4 + words.getInt(vector.at() + 4);
        for (int at = vector.end(); at < vector.end() + more; at += 4) {
            words.putInt(at, first - at);
        }
        return bytes;
    }

    /** Vectors of bytes that hold the list, as of a FlatBuffer in a FlatBuffer. */
    private void lengthenOwners(ByteBuffer words, byte[] from, TableVector vector, int more) {
        ByteBuffer old = ByteBuffer.wrap(from).order(ByteOrder.LITTLE_ENDIAN);
        sites.toVectors.stream().map(Link::target).distinct().forEach(at -> {
            long length = at + 4 <= from.length ? old.getInt(at) & 0xffff_ffffL : 0;
            if (at < vector.at() && at + 4 + length >= vector.end()) {
                add(words, at, more);
            }
        });
    }

    private static int moved(int at, int inserted, int more) {
        return at < inserted ? at : at + more;
    }

    private static int crossing(int from, int to, int inserted, int more) {
        return from < inserted && inserted <= to ? more : 0;
    }

    private static void add(ByteBuffer words, int at, int number) {
        if (at >= 0 && at + 4 <= words.capacity()) {
            words.putInt(at, words.getInt(at) + number);
        }
    }

    private static void put(ByteBuffer words, int at, int number) {
        if (at >= 0 && at + 4 <= words.capacity()) {
            words.putInt(at, number);
        }
    }

    private static void putShort(ByteBuffer words, int at, int number) {
        if (at >= 0 && at + 2 <= words.capacity()) {
            words.putShort(at, (short) number);
        }
    }

    private static <T> T any(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }
}
